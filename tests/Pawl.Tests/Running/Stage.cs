using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pawl.Storage;
using Pawl.Testing;

namespace Pawl.Tests.Running;

/// <summary>Starts a program whose one handler does what the test says.</summary>
internal static class Stage
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    public static Task<PawlTest> StartAsync(
        Func<Say, JobContext, CancellationToken, Task> does,
        Action<PawlOptions>? options = null,
        Action<JobTypeBuilder<Say>>? type = null,
        Action<PawlBuilder>? more = null,
        Func<IJobStore, IJobStore>? around = null) =>
        PawlTest.StartAsync(
            pawl =>
            {
                pawl.Services.AddSingleton(new Script { Does = does });
                pawl.Services.AddSingleton<ILoggerProvider>(new TestLog(TestContext.Current.TestOutputHelper));
                pawl.AddHandler<SayHandler, Say>(type);
                more?.Invoke(pawl);
            },
            options,
            around,
            TestContext.Current.CancellationToken);

    /// <summary>A point that a handler passes and a test waits for, with a limit.</summary>
    public static async Task PassedAsync(this TaskCompletionSource point) =>
        await point.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);

    public static async Task<T> PassedAsync<T>(this TaskCompletionSource<T> point) =>
        await point.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);

    public static TaskCompletionSource Point() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
