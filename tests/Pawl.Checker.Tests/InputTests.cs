namespace Pawl.Checker.Tests;

/// <summary>What is missing or cut makes the verdict unknown, never valid; and the program says so by its exit code.</summary>
public sealed class InputTests
{
    public static TheoryData<string> Names => [.. Folder.Files.Select(file => Path.GetFileNameWithoutExtension(file))];

    [Theory]
    [MemberData(nameof(Names))]
    public void Without_one_of_its_inputs_the_verdict_is_unknown(string name)
    {
        var logs = Good();
        logs.Drop(name);

        Unknown(logs, $"{name}.jsonl is missing");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void With_an_input_that_is_cut_the_verdict_is_unknown(string name)
    {
        var logs = Good();
        logs[name].RemoveAt(logs[name].Count - 1);

        Unknown(logs, $"{name}.jsonl is cut: the line that ends it is missing");
    }

    [Fact]
    public void A_line_that_was_lost_or_torn_makes_the_verdict_unknown()
    {
        var (lost, torn) = (Good(), Good());
        lost["events"].RemoveAt(0);
        torn["events"][0] = torn["events"][0][..10];

        Unknown(lost, "events.jsonl holds 8 lines; its end speaks of 9");
        Assert.Equal(2, torn.Judge().ExitCode);
    }

    [Theory]
    [InlineData("calls", "nothing was asked for")]
    [InlineData("effects", "nothing ran")]
    public void An_empty_history_is_never_valid(string name, string lacking)
    {
        var logs = Good();
        logs[name].Clear();
        logs[name].Add("""{"end":0}""");

        Unknown(logs, lacking);
    }

    [Theory]
    [InlineData(0, "valid")]
    [InlineData(1, "invalid")]
    [InlineData(2, "unknown")]
    public void The_program_prints_the_verdict_and_ends_with_its_code(int code, string verdict)
    {
        using var folder = new TempFolder();
        var text = new Text("G03");
        var logs = new Logs(code == 1 ? text.With(text.Bad[0]) : text.Good);
        if (code == 2)
        {
            logs.Drop("nemesis");
        }

        logs.WriteTo(folder.FullPath);
        var (exit, said) = Run(folder.FullPath);

        Assert.Equal(code, exit);
        using var json = System.Text.Json.JsonDocument.Parse(said);
        Assert.Equal(verdict, json.RootElement.GetProperty("verdict").GetString());
        Assert.Equal(code == 1 ? 1 : 0, json.RootElement.GetProperty("unexpected").GetInt32());
    }

    private static Logs Good() => new(new Text("G03").Good);

    private static void Unknown(Logs logs, string lacking)
    {
        var judgement = logs.Judge();

        Assert.Equal(("unknown", 2), (judgement.Verdict, judgement.ExitCode));
        Assert.Contains(lacking, judgement.Lacking);
    }

    private static (int Exit, string Said) Run(string folder)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Pawl.Checker.dll");
        using var process = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("dotnet", [program, folder]) { RedirectStandardOutput = true })!;
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, said);
    }
}
