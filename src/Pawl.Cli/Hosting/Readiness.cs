using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pawl.Cli.Client;
using Pawl.Cli.Settings;

namespace Pawl.Cli.Hosting;

/// <summary>Waits until a server can work, and says so: one line on stdout. On the first start also the way into it, on stderr.</summary>
internal sealed class Readiness(WebApplication app, Endpoints endpoints, TokenFile token, StoreChoice store, Terminal terminal)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongPause = TimeSpan.FromSeconds(1);

    /// <summary>Whether url and key are shown, to try things with.</summary>
    public bool Demo { get; init; }

    public bool Quiet { get; init; }

    public async Task TellAsync(CancellationToken stopping)
    {
        try
        {
            using var api = endpoints.Own(null);
            for (var tries = 0; !await IsReadyAsync(api, stopping).ConfigureAwait(false); tries++)
            {
                await Task.Delay(tries < 50 ? Pause : LongPause, TimeProvider.System, stopping).ConfigureAwait(false);
            }

            var key = await KeyAsync(stopping).ConfigureAwait(false);
            NoteKey(key);
            if (key is not null && token.IsNew)
            {
                await LinkAsync(key, stopping).ConfigureAwait(false);
            }

            if (Demo && key is not null)
            {
                terminal.Errors.WriteLine($"url   {endpoints.OwnUrl}");
                terminal.Errors.WriteLine($"token {key}");
            }

            terminal.Out.WriteLine(Line());
            terminal.Flush();
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped before it was ready.
        }
        catch (IOException)
        {
            // Nobody reads stdout: the server runs all the same.
        }
    }

    private static async Task<bool> IsReadyAsync(Api api, CancellationToken stopping)
    {
        try
        {
            using var reply = await api.AskAsync(HttpMethod.Get, "readyz", null, null, stopping).ConfigureAwait(false);
            return reply.Status == 200;
        }
        catch (CliException)
        {
            return false;
        }
    }

    /// <summary>The key of this store, which is made a moment after the tables are there.</summary>
    private async Task<string?> KeyAsync(CancellationToken stopping)
    {
        for (var tries = 0; tries < 20; tries++)
        {
            if (token.Read() is { } key)
            {
                return key;
            }

            await Task.Delay(Pause, TimeProvider.System, stopping).ConfigureAwait(false);
        }

        return null;
    }

    private void NoteKey(string? key)
    {
        if (key is null)
        {
            Say($"there is no key in {token.Path}; the first start on this store was elsewhere, so give --token-file with the tool");
            return;
        }

        try
        {
            token.Note(endpoints.Urls);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CliException)
        {
            Say($"the token file could not be noted in {Profiles.File}: {error.Message}");
        }
    }

    private async Task LinkAsync(string key, CancellationToken stopping)
    {
        try
        {
            using var api = endpoints.Own(key);
            using var reply = await CodeAsync(api, stopping).ConfigureAwait(false);
            Say($"dashboard {reply.Json.GetProperty("url").GetString()}");
            Say($"key       {token.Path}");
        }
        catch (CliException error)
        {
            Say($"no link to the dashboard could be made ({error.Code}); pawl login makes one");
        }
    }

    /// <summary>The file with the key may be there before the tables, so the key is good a moment after them.</summary>
    private static async Task<Reply> CodeAsync(Api api, CancellationToken stopping)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                return await api.PostAsync("api/login-codes", "{}"u8.ToArray(), stopping).ConfigureAwait(false);
            }
            catch (CliException error) when (error.Code == "unauthenticated" && tries < 50)
            {
                await Task.Delay(Pause, TimeProvider.System, stopping).ConfigureAwait(false);
            }
        }
    }

    private string Line()
    {
        var worker = app.Services.GetRequiredService<IOptions<PawlOptions>>().Value.Worker;
        var slots = worker.Enabled
            ? string.Create(CultureInfo.InvariantCulture, $"{worker.Slots} slot{(worker.Slots == 1 ? "" : "s")}")
            : "no worker";
        return $"pawl {ProgramVersion.Text} ready on {endpoints.ShownUrl} ({store.Kind} {Escape.Line(store.Place)}, {slots})";
    }

    private void Say(string text)
    {
        if (!Quiet)
        {
            terminal.Errors.WriteLine(Escape.Line(text));
        }
    }
}
