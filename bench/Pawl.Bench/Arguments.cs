using System.Globalization;

namespace Pawl.Bench;

/// <summary>The command form: <c>STORE MEASURE k=v …</c>; the store may also be given as <c>store=…</c>.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public Arguments(IEnumerable<string> words)
    {
        var names = new List<string>();
        foreach (var word in words)
        {
            if (word.Split('=', 2) is [var key, var value])
            {
                _values[key] = value;
            }
            else
            {
                names.Add(word);
            }
        }

        Store = names.Find(IsStore) ?? Text("store", "sqlite");
        Measure = names.Find(name => !IsStore(name)) ?? "help";
    }

    public string Store { get; }

    public string Measure { get; }

    public int Number(string key, int standard) =>
        _values.TryGetValue(key, out var text)
            ? int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number)
                ? number
                : throw new ArgumentException($"{key} must be a whole number, but was '{text}'.")
            : standard;

    public string Text(string key, string standard) => _values.GetValueOrDefault(key, standard);

    private static bool IsStore(string word) => word is "sqlite" or "postgres" or "pg";
}
