using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Pawl.Declared;

/// <summary>A command with all it started, also what went into a session of its own or was left by its parent.</summary>
/// <remarks>On Linux the members are found by group, session and descent, and by the trace in their environment, which is no other
/// attempt's. Elsewhere the system's own notion of a tree has to do.</remarks>
internal sealed class ProcessTree(Process process, string trace)
{
    private const int Terminate = 15;
    private const int Kill = 9;
    private const int MostRounds = 100;

    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(20);

    private readonly int _leader = process.Id;
    private readonly byte[] _mark = Encoding.ASCII.GetBytes($"TRACEPARENT={trace}\0");

    /// <summary>The program that makes a process the leader of a session; null where the system has none.</summary>
    public static string? Leader { get; } = OperatingSystem.IsLinux()
        ? new[] { "/usr/bin/setsid", "/bin/setsid" }.FirstOrDefault(File.Exists)
        : null;

    /// <summary>Whether any of it still runs.</summary>
    public bool IsAlive => OperatingSystem.IsLinux() ? Members(thorough: true).Count > 0 : !process.HasExited;

    /// <summary>Tells all of it to stop. False where that cannot be said.</summary>
    public bool Ask()
    {
        if (OperatingSystem.IsWindows())
        {
            return false;
        }

        if (!OperatingSystem.IsLinux())
        {
            return process.HasExited || Native.Kill(_leader, Terminate) == 0;
        }

        foreach (var member in Members(thorough: true))
        {
            _ = Native.Kill(member.Id, Terminate);
        }

        return true;
    }

    /// <summary>Ends all of it that is left.</summary>
    public async Task KillAsync()
    {
        if (!OperatingSystem.IsLinux())
        {
            KillElsewhere();
            return;
        }

        // Again and again: who is asked forks.
        for (var round = 0; round < MostRounds && Members(thorough: true) is { Count: > 0 } members; round++)
        {
            foreach (var member in members)
            {
                _ = Native.Kill(member.Id, Kill);
            }

            // The system's time, not the engine's: that is who ends them.
            await Task.Delay(Round, TimeProvider.System);
        }
    }

    /// <summary>How many bytes it uses, where they are more than allowed; else null.</summary>
    public long? MemoryOver(long most)
    {
        // What is shared counts for each in the first sum. Only a sum that is too high is worth the exact and slow one.
        var members = Members(thorough: false);
        return members.Sum(member => member.Resident) <= most ? null
            : members.Sum(Proportional) is var exact && exact > most ? exact
            : null;
    }

    [SuppressMessage("Design", "CA1031", Justification = "What has just ended by itself need not be killed.")]
    private void KillElsewhere()
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception)
        {
            // Gone already.
        }
    }

    private List<Member> Members(bool thorough)
    {
        var (all, members) = (new List<Member>(), new Dictionary<int, Member>());
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && id != Environment.ProcessId
                && Read(id) is { } each)
            {
                all.Add(each);
            }
        }

        foreach (var each in all)
        {
            if (each.Group == _leader || each.Session == _leader || each.Id == _leader || (thorough && IsMarked(each.Id)))
            {
                members[each.Id] = each;
            }
        }

        for (var grew = true; grew;)
        {
            grew = false;
            foreach (var each in all)
            {
                grew |= members.ContainsKey(each.Parent) && members.TryAdd(each.Id, each);
            }
        }

        return [.. members.Values];
    }

    // 17 (name) S 1 17 17 …: the name may hold anything, so what follows is counted from its end.
    private static Member? Read(int id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            var rest = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return rest[0] is "Z" or "X"
                ? null
                : new(id, Number(1), Number(2), Number(3), long.Parse(rest[21], CultureInfo.InvariantCulture) * Environment.SystemPageSize);

            int Number(int at) => int.Parse(rest[at], CultureInfo.InvariantCulture);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FormatException or ArgumentException)
        {
            // It has just ended.
            return null;
        }
    }

    private bool IsMarked(int id)
    {
        try
        {
            return File.ReadAllBytes($"/proc/{id}/environ").AsSpan().IndexOf(_mark) >= 0;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Another user's, so not ours.
            return false;
        }
    }

    private static long Proportional(Member member)
    {
        try
        {
            foreach (var line in File.ReadLines($"/proc/{member.Id}/smaps_rollup"))
            {
                if (line.StartsWith("Pss:", StringComparison.Ordinal))
                {
                    return 1024 * long.Parse(line.AsSpan(4).Trim().ToString().Split(' ')[0], CultureInfo.InvariantCulture);
                }
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FormatException)
        {
            // Gone, or a kernel that does not tell.
        }

        return member.Resident;
    }

    private sealed record Member(int Id, int Parent, int Group, int Session, long Resident);
}
