using System.CommandLine;
using System.Threading.Channels;
using Pawl.Cli.Client;

namespace Pawl.Cli.Commands;

/// <summary><c>pawl top</c>: queues, running jobs and rates on the whole screen.</summary>
internal static class Top
{
    private const string OtherScreen = "\e[?1049h\e[?25l";
    private const string BackAgain = "\e[?1l\e>\e[?25h\e[?1049l";   // the first two: keys as they were before any was read
    private const string Inverse = "\e[7m";
    private const string Plain = "\e[0m";

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public static Command Build()
    {
        var query = JobsList.Query();
        return Verb.Asking(
            "top",
            "The whole screen: queues, running jobs, rates; c cancels, r retries, / asks for other jobs, q ends it",
            "pawl top 'type:capture.* state:live'",
            RunAsync,
            query);

        async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
        {
            if (!session.Terminal.OutIsPerson || !session.Terminal.InIsPerson)
            {
                throw CliException.Usage("top is for a terminal", "pawl stats --watch, pawl list --watch and pawl events go into pipes");
            }

            var model = new TopModel(session.Api.Url, session.Out.Times);
            if (JobsList.Words(session.Get(query)!) is { Length: > 0 } words)
            {
                model.Query = words;
            }

            using (await session.Api.GetAsync(JobsPath(model), cancellationToken).ConfigureAwait(false))
            {
                // what cannot be read is told before the screen is taken
            }

            var screen = session.Terminal.Out;
            screen.Write(OtherScreen);
            try
            {
                await LoopAsync(session, model, cancellationToken).ConfigureAwait(false);
                return ExitCode.Done;
            }
            finally
            {
                screen.Write(BackAgain);
                screen.Flush();
            }
        }
    }

    private static string JobsPath(TopModel model) => JobsList.Path("api/jobs", ("query", model.Query), ("limit", "100"));

    /// <summary>Takes keys and events as they come, one after the other, and draws when there is nothing more to take.</summary>
    private static async Task LoopAsync(Session session, TopModel model, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var happened = Channel.CreateUnbounded<object>(new() { SingleReader = true });
        Listen(happened.Writer);
        _ = TickAsync(happened.Writer, ended.Token);
        var stream = Follow(session, model, happened.Writer, ended.Token);
        try
        {
            while (true)
            {
                Draw(session, model);
                var first = await happened.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                for (object? one = first; one is not null; one = happened.Reader.TryRead(out var next) ? next : null)
                {
                    var asked = model.Query;
                    if (one is ConsoleKeyInfo key && !await PressAsync(session, model, key, cancellationToken).ConfigureAwait(false))
                    {
                        return;
                    }

                    if (one is CliException error)
                    {
                        throw error;
                    }

                    if (one is StreamEvent said)
                    {
                        await TakeAsync(session, model, said, cancellationToken).ConfigureAwait(false);
                    }

                    if (model.Query != asked)
                    {
                        await stream.CancelAsync().ConfigureAwait(false);
                        stream.Dispose();
                        stream = Follow(session, model, happened.Writer, ended.Token);
                    }
                }
            }
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            stream.Dispose();
        }
    }

    private static async Task TakeAsync(Session session, TopModel model, StreamEvent said, CancellationToken cancellationToken)
    {
        if (said.Name is not ("hello" or "reset"))
        {
            model.Take(said);
            return;
        }

        using var jobs = await session.Api.GetAsync(JobsPath(model), cancellationToken).ConfigureAwait(false);
        using var queues = await session.Api.GetAsync("api/queues", cancellationToken).ConfigureAwait(false);
        model.Fill(jobs.Json.GetProperty("items").EnumerateArray(), queues.Json.GetProperty("items").EnumerateArray());
    }

    /// <summary>What a key does.</summary>
    /// <returns>False when it ends the program.</returns>
    private static async Task<bool> PressAsync(
        Session session, TopModel model, ConsoleKeyInfo key, CancellationToken cancellationToken)
    {
        if (model.Typed is { } typed)
        {
            (model.Typed, var query) = key.Key switch
            {
                ConsoleKey.Escape => ((string?)null, (string?)null),
                ConsoleKey.Enter => (null, typed.Trim()),
                ConsoleKey.Backspace => (typed.Length > 0 ? typed[..^1] : "", null),
                _ => (char.IsControl(key.KeyChar) ? typed : typed + key.KeyChar, null),
            };
            if (query is { Length: > 0 })
            {
                await AskAsync(session, model, query, cancellationToken).ConfigureAwait(false);
            }

            return true;
        }

        model.Word = null;
        switch (key)
        {
            case { KeyChar: 'q' or 'Q' }:
                return false;
            case { KeyChar: '/' }:
                model.Typed = "";
                break;
            case { Key: ConsoleKey.UpArrow } or { KeyChar: 'k' }:
                model.Move(-1);
                break;
            case { Key: ConsoleKey.DownArrow } or { KeyChar: 'j' }:
                model.Move(1);
                break;
            case { KeyChar: 'c' }:
                await DoAsync(session, model, "cancel", cancellationToken).ConfigureAwait(false);
                break;
            case { KeyChar: 'r' }:
                await DoAsync(session, model, "retry", cancellationToken).ConfigureAwait(false);
                break;
        }

        return true;
    }

    /// <summary>Shows the jobs of another query, if it can be read.</summary>
    private static async Task AskAsync(Session session, TopModel model, string query, CancellationToken cancellationToken)
    {
        var before = model.Query;
        try
        {
            model.Query = query;
            using var tried = await session.Api.GetAsync(JobsPath(model), cancellationToken).ConfigureAwait(false);
        }
        catch (CliException error)
        {
            (model.Query, model.Word) = (before, CliException.Line(error.Code, error.Message, error.Hint));
        }
    }

    private static async Task DoAsync(Session session, TopModel model, string action, CancellationToken cancellationToken)
    {
        if (model.Chosen is not { } id)
        {
            return;
        }

        try
        {
            using var reply = await session.Api.PostAsync(
                $"api/jobs/{Api.Part(id)}/{action}", Body.Object(_ => { }), cancellationToken).ConfigureAwait(false);
            var became = reply.Status == 202 ? "asked for" : reply.Json.GetProperty("state").GetString();
            model.Word = $"{action} {id}: {became}";
        }
        catch (CliException error)
        {
            model.Word = CliException.Line(error.Code, error.Message, error.Hint);
        }
    }

    private static void Draw(Session session, TopModel model)
    {
        var screen = session.Terminal.Out;
        var (width, height) = (Math.Max(20, Console.WindowWidth), Math.Max(8, Console.WindowHeight));
        var lines = model.Draw(width, height, (Inverse, Plain));   // no colour, so also where colours are not wanted
        screen.Write("\e[H");
        screen.Write(string.Join("\e[K\r\n", lines));
        screen.Write("\e[K\e[J");
        screen.Flush();
    }

    private static CancellationTokenSource Follow(
        Session session, TopModel model, ChannelWriter<object> happened, CancellationToken cancellationToken)
    {
        var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _ = FollowAsync(session.Api, $"stats,queues,jobs&query={Api.Part(model.Query)}", happened, end.Token);
        return end;
    }

    private static async Task FollowAsync(Api api, string topics, ChannelWriter<object> happened, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var said in EventStream.ReadAsync(api, topics, null, cancellationToken).ConfigureAwait(false))
            {
                if (!cancellationToken.IsCancellationRequested)
                {
                    happened.TryWrite(said);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // another query, or the end
        }
        catch (CliException error)
        {
            happened.TryWrite(error);
        }
    }

    /// <summary>A thread of its own waits for keys; it ends with the process.</summary>
    private static void Listen(ChannelWriter<object> happened)
    {
        var keys = new Thread(() =>
        {
            try
            {
                while (happened.TryWrite(Console.ReadKey(intercept: true)))
                {
                }
            }
            catch (InvalidOperationException)
            {
                happened.TryWrite(new ConsoleKeyInfo('q', ConsoleKey.Q, false, false, false));   // the terminal is gone
            }
        })
        {
            IsBackground = true,
        };
        keys.Start();
    }

    /// <summary>Ages grow and windows change size without anybody saying so.</summary>
    private static async Task TickAsync(ChannelWriter<object> happened, CancellationToken cancellationToken)
    {
        using var ticks = new PeriodicTimer(Second, TimeProvider.System);
        try
        {
            while (await ticks.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                happened.TryWrite(Second);
            }
        }
        catch (OperationCanceledException)
        {
            // the end
        }
    }
}
