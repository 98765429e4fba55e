using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Pawl.Storage;

/// <summary>One numbered, additive step of a store's schema: an SQL file inside the store's own assembly.</summary>
/// <param name="Number">From 1, without gaps.</param>
/// <param name="Name">The file's name, such as <c>0001_jobs</c>.</param>
/// <param name="Sql">Its text, with line feeds.</param>
internal sealed record SchemaStep(int Number, string Name, string Sql)
{
    /// <summary>SHA-256 of the text with line feeds: tells a step that was edited after it was applied.</summary>
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql)));

    /// <summary>All steps of an assembly, in order.</summary>
    public static IReadOnlyList<SchemaStep> Of(Assembly assembly)
    {
        var steps = new List<SchemaStep>();
        foreach (var resource in assembly.GetManifestResourceNames().Where(IsStep).Order(StringComparer.Ordinal))
        {
            using var stream = assembly.GetManifestResourceStream(resource)!;
            using var reader = new StreamReader(stream, Encoding.UTF8);
            var name = Path.GetFileNameWithoutExtension(resource["Schema/".Length..]);
            var number = int.Parse(name.AsSpan(0, 4), System.Globalization.CultureInfo.InvariantCulture);
            if (number != steps.Count + 1)
            {
                throw new InvalidOperationException($"Schema step {name} follows step {steps.Count}: the numbers must have no gaps.");
            }

            steps.Add(new SchemaStep(number, name, reader.ReadToEnd().ReplaceLineEndings("\n")));
        }

        return steps;
    }

    private static bool IsStep(string resource) =>
        resource.StartsWith("Schema/", StringComparison.Ordinal) && resource.EndsWith(".sql", StringComparison.Ordinal);
}
