using System.IO.Compression;
using Microsoft.AspNetCore.Http;

namespace Pawl.Web.Dashboard;

/// <summary>One file of the dashboard as it is sent.</summary>
/// <param name="Type">Its media type.</param>
/// <param name="Bytes">The file.</param>
/// <param name="IsOpen">Whether it belongs to the login page, so that it needs no session.</param>
internal sealed record Asset(string Type, byte[] Bytes, bool IsOpen)
{
    private readonly Lazy<byte[]> _brotli = new(() => Compress(Bytes));

    /// <summary>Whether it never changes under its address.</summary>
    public bool IsLasting { get; init; } = true;

    /// <summary>The file, compressed as hard as can be; made when it is first asked for.</summary>
    public byte[] Brotli => _brotli.Value;

    /// <summary>Sends it.</summary>
    public Task SendAsync(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.CacheControl = IsLasting ? $"{(IsOpen ? "public" : "private")}, max-age=31536000, immutable" : "no-cache";
        headers.Vary = "Accept-Encoding";
        var bytes = Bytes;
        if (TakesBrotli(http.Request))
        {
            (bytes, headers.ContentEncoding) = (Brotli, "br");
        }

        http.Response.ContentType = Type;
        http.Response.ContentLength = bytes.Length;
        return HttpMethods.IsHead(http.Request.Method)
            ? Task.CompletedTask
            : http.Response.Body.WriteAsync(bytes, http.RequestAborted).AsTask();
    }

    private static bool TakesBrotli(HttpRequest request) =>
        request.GetTypedHeaders().AcceptEncoding.Any(static one => one.Value.Equals("br", StringComparison.OrdinalIgnoreCase)
            && one.Quality is null or > 0);

    private static byte[] Compress(byte[] bytes)
    {
        using var small = new MemoryStream();
        using (var brotli = new BrotliStream(small, CompressionLevel.SmallestSize))
        {
            brotli.Write(bytes);
        }

        return small.ToArray();
    }
}
