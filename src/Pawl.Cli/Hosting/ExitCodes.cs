namespace Pawl.Cli.Hosting;

/// <summary>What an error of the engine or a store means for the tool's end, where it says nothing itself.</summary>
internal static class ExitCodes
{
    public static int Of(PawlException error) => error.Code switch
    {
        "storage_unreachable" or "storage_readonly" or "storage_busy" or "storage_unavailable" or "storage_in_use" => ExitCode.Unavailable,
        "waiting_for_schema" or "config_invalid" or "config_conflict" => ExitCode.Configuration,
        "not_found" => ExitCode.NotFound,
        _ when error.Code.StartsWith("storage_", StringComparison.Ordinal) => ExitCode.StorageFailed,
        _ => ExitCode.Refused,
    };
}
