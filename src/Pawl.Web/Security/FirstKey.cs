using System.Data.Common;
using Microsoft.Extensions.Logging;
using Pawl.Storage;

namespace Pawl.Web.Security;

/// <summary>Makes the first admin key of a store that has none, and hands it over once.</summary>
internal sealed class FirstKey(IJobStore store, PawlWebOptions options, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    /// <summary>Waits until the store can be written, and makes the key if there is none.</summary>
    public async Task MakeAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await TryAsync(cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (IOException fault)
            {
                Log.KeyFileFailed(logger, options.KeyFile ?? "", fault);
                return;
            }
            catch (UnauthorizedAccessException fault)
            {
                Log.KeyFileFailed(logger, options.KeyFile ?? "", fault);
                return;
            }
            catch (Exception fault) when (fault is PawlException or DbException or InvalidOperationException)
            {
                // The engine says that the store is away, or that its tables are not there yet.
                await QuietAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task TryAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var keys = await store.ApiKeysAsync(cancellationToken).ConfigureAwait(false);
        if (keys.Any(key => key.Role == ApiRole.Admin && !(key.ExpiresAt <= now)))
        {
            return;
        }

        if (options is { KeyFile: null, FirstKey: null })
        {
            Log.NoKey(logger);
            return;
        }

        // The file comes first: a key that is in the store and nowhere else could never be used, nor be taken back.
        var (secret, made) = options.FirstKey is null ? Written(options.KeyFile!) : (Secrets.New(Secrets.ManagementPrefix), false);
        var request = new AddApiKeyRequest
        {
            Name = "admin",
            Role = ApiRole.Admin,
            Prefix = secret[..Secrets.Shown],
            Hash = Secrets.Hash(secret),
            Now = now,
            By = "first start",
            OnlyFirst = true,
        };
        if (await store.AddApiKeyAsync(request, cancellationToken).ConfigureAwait(false) is not null)
        {
            options.FirstKey?.Invoke(secret);
            Log.FirstKey(logger, options.FirstKey is null ? options.KeyFile! : "the hands of the program");
        }
        else if (made)
        {
            File.Delete(options.KeyFile!);   // another process was first, and wrote its own
        }
    }

    /// <summary>A new key in a file that only its owner reads. What a start left that was cut off is used, not written over.</summary>
    private static (string Secret, bool Made) Written(string path)
    {
        if (File.Exists(path) && File.ReadAllText(path).Trim() is var kept
            && kept.StartsWith(Secrets.ManagementPrefix, StringComparison.Ordinal))
        {
            return (kept, false);
        }

        var secret = Secrets.New(Secrets.ManagementPrefix);
        var form = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            form.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new StreamWriter(path, form);
        file.WriteLine(secret);
        return (secret, true);
    }

    private async Task QuietAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(Rest, clock, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The loop sees it.
        }
    }
}
