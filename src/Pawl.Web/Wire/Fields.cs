using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace Pawl.Web.Wire;

/// <summary>The members of one JSON object of a request, read by name. What is wrong is refused with its pointer.</summary>
/// <remarks>A member that is null counts as left out.</remarks>
internal readonly struct Fields
{
    private readonly JsonElement _object;

    /// <summary>Looks at an object. Members that nobody knows are refused, with the nearest names.</summary>
    /// <exception cref="ProblemException"><c>type_mismatch</c>, <c>unknown_field</c>.</exception>
    public Fields(JsonElement element, string pointer, params ReadOnlySpan<string> known)
    {
        (_object, Pointer) = (element, pointer);
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Mismatch(pointer, "an object", element);
        }

        foreach (var member in element.EnumerateObject())
        {
            if (!known.Contains(member.Name))
            {
                throw Unknown(pointer, member.Name, known.ToArray());
            }
        }
    }

    /// <summary>Where the object is; empty at the root.</summary>
    public string Pointer { get; }

    /// <summary>Whether a member is there, be it null.</summary>
    public bool Has(string name) => _object.TryGetProperty(name, out _);

    /// <summary>The pointer of a member.</summary>
    public string At(string name) => $"{Pointer}/{name}";

    /// <summary>A member; false when it is not there or null.</summary>
    public bool TryGet(string name, out JsonElement value) =>
        _object.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>A text.</summary>
    public string? Text(string name) => TryGet(name, out var value)
        ? value.ValueKind == JsonValueKind.String ? Json.Text(value, At(name)) : throw Mismatch(At(name), "a text", value)
        : null;

    /// <summary>True or false.</summary>
    public bool? Flag(string name) => TryGet(name, out var value)
        ? value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean()
            : throw Mismatch(At(name), "true or false", value)
        : null;

    /// <summary>A whole number within bounds.</summary>
    public int? Whole(string name, int least, int most) => (int?)Long(name, least, most);

    /// <summary>A whole number within bounds.</summary>
    public long? Long(string name, long least, long most) =>
        TryGet(name, out var value) ? Whole(value, At(name), least, most) : null;

    /// <summary>A length of time in milliseconds.</summary>
    public TimeSpan? Milliseconds(string name, TimeSpan least, TimeSpan most) =>
        Long(name, (long)least.TotalMilliseconds, (long)most.TotalMilliseconds) is { } known ? TimeSpan.FromMilliseconds(known) : null;

    /// <summary>A share, from 0 to 1.</summary>
    public double? Share(string name)
    {
        if (!TryGet(name, out var value))
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Number)
        {
            throw Mismatch(At(name), "a number", value);
        }

        return value.TryGetDouble(out var share) && share is >= 0 and <= 1
            ? share
            : throw Outside(At(name), 0, 1, value.GetRawText());
    }

    /// <summary>A time with its zone.</summary>
    public DateTimeOffset? Time(string name)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        return Times.TryParse(text, out var time)
            ? time
            : throw Fault(
                At(name),
                "time_invalid",
                $"{Shown.Text(text)} is no time. Write it with its zone, such as 2026-11-22T10:15:00Z.");
    }

    /// <summary>One of the words of an enum.</summary>
    public T? Word<T>(string name, params ReadOnlySpan<T> allowed)
        where T : struct, Enum
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (Words.TryParse<T>(text, out var value) && (allowed.IsEmpty || allowed.Contains(value)))
        {
            return value;
        }

        var words = allowed.IsEmpty ? [.. Words.All<T>()] : new List<string>();
        foreach (var one in allowed)
        {
            words.Add(Words.Of(one));
        }

        throw Fault(At(name), "out_of_range", $"It is one of {string.Join(", ", words)}, but was {Shown.Text(text)}.");
    }

    /// <summary>The number of a job, as a text.</summary>
    public string? IdText(string name) => Text(name);

    /// <summary>Names with texts.</summary>
    public IReadOnlyDictionary<string, string>? Map(string name, bool nulls = false)
    {
        if (!TryGet(name, out var value))
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            throw Mismatch(At(name), "an object of texts", value);
        }

        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            if (nulls && member.Value.ValueKind == JsonValueKind.Null)
            {
                continue;
            }

            var pointer = $"{At(name)}/{Json.Part(member.Name)}";
            map[member.Name] = member.Value.ValueKind == JsonValueKind.String
                ? Json.Text(member.Value, pointer)
                : throw Mismatch(pointer, "a text", member.Value);
        }

        return map;
    }

    /// <summary>A list of texts.</summary>
    public IReadOnlyList<string>? Texts(string name)
    {
        if (!TryGet(name, out var value))
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            throw Mismatch(At(name), "a list of texts", value);
        }

        var texts = new List<string>();
        foreach (var each in value.EnumerateArray())
        {
            var pointer = string.Create(CultureInfo.InvariantCulture, $"{At(name)}/{texts.Count}");
            texts.Add(each.ValueKind == JsonValueKind.String ? Json.Text(each, pointer) : throw Mismatch(pointer, "a text", each));
        }

        return texts;
    }

    /// <summary>Checks a member by a rule of the engine, whose refusal then names the member.</summary>
    public T Checked<T>(string name, Func<T> check)
    {
        try
        {
            return check();
        }
        catch (PawlException fault)
        {
            throw Fault(At(name), fault.Code, fault.Message);
        }
    }

    /// <summary>A whole number within bounds, wherever it is.</summary>
    public static long Whole(JsonElement value, string pointer, long least, long most)
    {
        if (value.ValueKind != JsonValueKind.Number)
        {
            throw Mismatch(pointer, "a whole number", value);
        }

        if (!value.TryGetInt64(out var number))
        {
            // 1e2 is a whole number too; 1e309 is beyond any.
            if (!value.TryGetDouble(out var real) || !double.IsFinite(real) || Math.Abs(real) >= long.MaxValue)
            {
                throw Outside(pointer, least, most, value.GetRawText());
            }

            number = real == Math.Floor(real) ? (long)real : throw Mismatch(pointer, "a whole number", value);
        }

        return number >= least && number <= most
            ? number
            : throw Outside(pointer, least, most, number.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>A member that must be there.</summary>
    [DoesNotReturn]
    public void Required(string name) => throw Fault(At(name), "required", $"The member '{name}' is needed.");

    /// <summary>A value of the wrong kind.</summary>
    public static ProblemException Mismatch(string pointer, string expected, JsonElement value) => Fault(
        pointer,
        "type_mismatch",
        $"{(pointer.Length == 0 ? "The body" : "It")} must be {expected}, but was {Shown.Text(Json.Short(value.GetRawText()))}.");

    /// <summary>A fault in one member.</summary>
    public static ProblemException Fault(string pointer, string code, string message, params (string, object?)[] extras) =>
        new(Problem.At(pointer, code, message, extras));

    /// <summary>A number out of its bounds.</summary>
    public static ProblemException Outside(string pointer, long least, long most, string value) => Fault(
        pointer,
        "out_of_range",
        string.Create(CultureInfo.InvariantCulture, $"It must be between {least} and {most}, but was {Json.Short(value)}."),
        ("min", least),
        ("max", most));

    private static ProblemException Unknown(string pointer, string name, string[] known)
    {
        var near = Nearest.Of(name, known);
        return Fault(
            $"{pointer}/{Json.Part(name)}",
            "unknown_field",
            $"There is no member {Shown.Text(name)} here.{Nearest.Question(near)}",
            ("nearest", near));
    }
}
