using System.Diagnostics;
using System.Globalization;

namespace Pawl.Bench;

/// <summary>One line of JSON a measure.</summary>
internal static class Report
{
    public static double Cpu => Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds;

    public static double PeakMegabytes => Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0;

    public static double Seconds(long since) => Stopwatch.GetElapsedTime(since).TotalSeconds;

    public static void Emit(params (string Key, object Value)[] facts) =>
        Console.WriteLine("{" + string.Join(",", facts.Select(fact => $"\"{fact.Key}\":{Json(fact.Value)}")) + "}");

    /// <summary>The percentiles of samples in milliseconds.</summary>
    public static (string, object)[] Percentiles(List<double> samples)
    {
        samples.Sort();
        double At(double share) => samples.Count == 0 ? 0 : samples[Math.Min(samples.Count - 1, (int)(share * samples.Count))];
        return [("p50_ms", At(0.5)), ("p95_ms", At(0.95)), ("p99_ms", At(0.99)), ("max_ms", samples.Count == 0 ? 0 : samples[^1])];
    }

    private static string Json(object value) => value switch
    {
        string text => $"\"{text}\"",
        double number => number.ToString("0.####", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
