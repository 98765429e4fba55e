namespace Pawl.Cli;

/// <summary>What the tool ends with.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Refused = 1;
    public const int Usage = 2;
    public const int NotFound = 3;
    public const int NoPower = 4;
    public const int Conflict = 5;
    public const int JobFailed = 6;
    public const int Unavailable = 7;
    public const int Configuration = 8;
    public const int StorageFailed = 70;
    public const int Interrupted = 130;
    public const int Terminated = 143;

    /// <summary>For an answer of the server that is not a success.</summary>
    public static int OfStatus(int status) => status switch
    {
        404 or 410 => NotFound,
        401 or 403 => NoPower,
        409 or 412 => Conflict,
        408 or 429 or 502 or 503 or 504 => Unavailable,
        _ => Refused,
    };
}
