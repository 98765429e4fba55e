using System.Data.Common;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Pawl.Storage;

namespace Pawl.Web.Security;

/// <summary>Makes the first admin key of a store that has none, and hands it over once.</summary>
internal sealed class FirstKey(IJobStore store, PawlWebOptions options, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    private volatile byte[]? _hash;   // of the key in the file
    private bool _made;

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
                Remember(mayMake: fault is PawlException { Code: "waiting_for_schema" });
                await QuietAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Whether that is the key in the file. For what may be told while nobody can ask the store which keys are good, and for
    /// nothing else: it may have been taken back.</summary>
    public bool Is(string secret) => _hash is { } hash && CryptographicOperations.FixedTimeEquals(Secrets.Hash(secret), hash);

    /// <summary>Reads the key in the file. Where tables are missing there are no keys either, so the first one can be made before
    /// them.</summary>
    private void Remember(bool mayMake)
    {
        if (_hash is not null || options is not { FirstKey: null, KeyFile: { } path } || (!mayMake && !File.Exists(path)))
        {
            return;
        }

        try
        {
            (var secret, _made) = Written(path);
            _hash = Secrets.Hash(secret);
            if (_made)
            {
                Log.KeyWaits(logger, path);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Told with more when the key is to be stored.
        }
    }

    private async Task TryAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var keys = await store.ApiKeysAsync(cancellationToken).ConfigureAwait(false);
        if (keys.Any(key => key.Role == ApiRole.Admin && !(key.ExpiresAt <= now)))
        {
            await DiscardAsync(cancellationToken).ConfigureAwait(false);
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
        else
        {
            (_made, _hash) = (_made || made, request.Hash.ToArray());
            await DiscardAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes a file of ours away where its key came to nothing: another process was first, and wrote its own.</summary>
    private async Task DiscardAsync(CancellationToken cancellationToken)
    {
        // It may be known all the same: stored by a call whose answer was lost.
        if (_made && await store.FindApiKeyAsync(_hash, clock.GetUtcNow(), cancellationToken).ConfigureAwait(false) is null)
        {
            _hash = null;
            File.Delete(options.KeyFile!);
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
