using System.Globalization;
using System.Text;

namespace Pawl.Telemetry;

/// <summary>One metric of the text with all its series. Series that come after the ten-thousandth are not kept.</summary>
internal sealed class PrometheusFamily
{
    private const int MostSeries = 10_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<Labels, Series> _series = [];
    private readonly string _name;
    private readonly string _kind;
    private readonly string _help;
    private readonly string[] _labels;
    private readonly double[] _buckets;

    /// <summary>A metric.</summary>
    /// <param name="name">As in the text.</param>
    /// <param name="kind"><c>counter</c>, <c>gauge</c> or <c>histogram</c>.</param>
    /// <param name="help">A sentence.</param>
    /// <param name="labels">The names of its labels, at most three.</param>
    /// <param name="buckets">The upper bounds of a histogram, rising.</param>
    public PrometheusFamily(string name, string kind, string help, string[] labels, double[]? buckets = null)
    {
        (_name, _kind, _help, _labels, _buckets) = (name, kind, help, labels, buckets ?? []);
        if (labels.Length == 0 && kind is "counter" or "gauge")
        {
            // What was never counted is 0, not unknown.
            _series[default] = new(0);
        }
    }

    public string Name => _name;

    public IReadOnlyList<string> LabelNames => _labels;

    /// <summary>Adds to a counter or a gauge, or records a measure in a histogram.</summary>
    public void Add(Labels labels, double value)
    {
        lock (_gate)
        {
            if (Find(labels) is not { } series)
            {
                return;
            }

            series.Sum += value;
            if (_buckets.Length > 0)
            {
                series.Count++;
                var at = Array.FindIndex(_buckets, bound => value <= bound);
                if (at >= 0)
                {
                    series.Buckets[at]++;
                }
            }
        }
    }

    public void Write(StringBuilder text)
    {
        lock (_gate)
        {
            if (_series.Count == 0)
            {
                return;
            }

            WriteHead(text, _name, _kind, _help);
            foreach (var (labels, series) in _series)
            {
                if (_buckets.Length == 0)
                {
                    WriteLine(text, _name, labels, null, series.Sum);
                    continue;
                }

                long below = 0;
                for (var i = 0; i < _buckets.Length; i++)
                {
                    WriteLine(text, _name + "_bucket", labels, Number(_buckets[i]), below += series.Buckets[i]);
                }

                WriteLine(text, _name + "_bucket", labels, "+Inf", series.Count);
                WriteLine(text, _name + "_sum", labels, null, series.Sum);
                WriteLine(text, _name + "_count", labels, null, series.Count);
            }
        }
    }

    public static void WriteHead(StringBuilder text, string name, string kind, string help) =>
        text.Append("# HELP ").Append(name).Append(' ').Append(help).Append("\n# TYPE ").Append(name).Append(' ').Append(kind).Append('\n');

    /// <summary>Writes one line.</summary>
    /// <param name="text">Where to.</param>
    /// <param name="name">The metric.</param>
    /// <param name="names">The names of its labels.</param>
    /// <param name="values">Their values; null for one that is not there.</param>
    /// <param name="bound">The upper bound of a bucket; null for what is none.</param>
    /// <param name="value">The figure.</param>
    public static void WriteLine(
        StringBuilder text, string name, IReadOnlyList<string> names, ReadOnlySpan<string?> values, string? bound, double value)
    {
        text.Append(name);
        var sign = '{';
        for (var i = 0; i < names.Count; i++)
        {
            text.Append(sign).Append(names[i]).Append("=\"");
            Escape(text, values[i] ?? "");
            text.Append('"');
            sign = ',';
        }

        if (bound is not null)
        {
            text.Append(sign).Append("le=\"").Append(bound).Append('"');
            sign = ',';
        }

        text.Append(sign == ',' ? "} " : " ").Append(Number(value)).Append('\n');
    }

    private void WriteLine(StringBuilder text, string name, Labels labels, string? bound, double value) =>
        WriteLine(text, name, _labels, [labels.First, labels.Second, labels.Third], bound, value);

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf" : value.ToString("R", CultureInfo.InvariantCulture);

    private static void Escape(StringBuilder text, string value)
    {
        foreach (var letter in value)
        {
            _ = letter switch
            {
                '\\' => text.Append(@"\\"),
                '"' => text.Append("\\\""),
                '\n' => text.Append(@"\n"),
                _ => text.Append(letter),
            };
        }
    }

    private Series? Find(Labels labels)
    {
        if (_series.TryGetValue(labels, out var known))
        {
            return known;
        }

        if (_series.Count >= MostSeries)
        {
            return null;
        }

        return _series[labels] = new(_buckets.Length);
    }

    /// <summary>The values of up to three labels.</summary>
    internal readonly record struct Labels(string? First, string? Second, string? Third);

    private sealed class Series(int buckets)
    {
        public double Sum { get; set; }

        public long Count { get; set; }

        public long[] Buckets { get; } = new long[buckets];
    }
}
