using Pawl.Checker;

namespace Pawl.Chaos.Tests.History;

/// <summary>Has a run judged by the checker, from the folder that anybody else would give it.</summary>
internal static class Proof
{
    public static Judgement Of(Run run)
    {
        using var folder = new TempFolder();
        Export.Write(run, folder.FullPath);
        var judgement = Judge.Run(folder.FullPath);
        if (judgement.ExitCode != 0 && Environment.GetEnvironmentVariable("PAWL_TEST_HISTORIES") is { Length: > 0 } kept)
        {
            var place = Directory.CreateDirectory(Path.Combine(kept, Path.GetFileName(folder.FullPath))).FullName;
            foreach (var file in Directory.GetFiles(folder.FullPath))
            {
                File.Copy(file, Path.Combine(place, Path.GetFileName(file)), overwrite: true);
            }
        }

        return judgement;
    }

    /// <summary>Fails when a promise was broken, or nothing can be said; else gives the run back.</summary>
    public static Run Proven(Run run, string more = "")
    {
        var judgement = Of(run);
        Assert.True(judgement.ExitCode == 0, $"{more}{Environment.NewLine}{judgement.ToJson()}");
        return run;
    }
}
