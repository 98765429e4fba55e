using System.Globalization;

namespace Pawl;

/// <summary>A place in a list of jobs: behind one job. It holds for the list that gave it, with the same conditions and order.</summary>
/// <param name="Id">The job it is behind.</param>
/// <param name="Key">What that job was sorted by, as a number; 0 in a list by number.</param>
/// <param name="Newest">The newest job when the walk began, in a list by anything but numbers; else 0.</param>
public readonly record struct JobPosition(JobId Id, long Key = 0, long Newest = 0)
{
    /// <summary>Behind a job, in a list by number.</summary>
    public static implicit operator JobPosition(JobId id) => new(id);

    /// <summary>Behind a job, in a list by number.</summary>
    public static JobPosition FromJobId(JobId id) => new(id);

    /// <summary>Reads what <see cref="ToString"/> wrote; false for anything else. Who gives positions to strangers signs them.</summary>
    public static bool TryParse(string? text, out JobPosition position)
    {
        position = default;
        if (text?.Split('.') is not [var id, var key, var newest]
            || !long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || !long.TryParse(key, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var sorted)
            || !long.TryParse(newest, NumberStyles.None, CultureInfo.InvariantCulture, out var begun))
        {
            return false;
        }

        position = new(new(number), sorted, begun);
        return true;
    }

    /// <summary>Three numbers with dots between.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Id.Value}.{Key}.{Newest}");
}
