using System.Globalization;

namespace Pawl.Browser.Tests.Figures;

/// <summary>Where measures are written: into the test's output, and into the file that <c>PAWL_FIGURES</c> names.</summary>
internal static class Sheet
{
    private static readonly Lock Gate = new();

    /// <summary>Writes a line.</summary>
    public static void Write(FormattableString line)
    {
        var text = line.ToString(CultureInfo.InvariantCulture);
        TestContext.Current.TestOutputHelper?.WriteLine(text);
        if (Environment.GetEnvironmentVariable("PAWL_FIGURES") is { Length: > 0 } file)
        {
            lock (Gate)
            {
                File.AppendAllText(file, text + Environment.NewLine);
            }
        }
    }

    /// <summary>So much that this part of all samples is not more.</summary>
    public static double Percentile(IEnumerable<double> samples, double part)
    {
        var sorted = samples.Order().ToList();
        return sorted[Math.Clamp((int)Math.Ceiling(part * sorted.Count) - 1, 0, sorted.Count - 1)];
    }
}
