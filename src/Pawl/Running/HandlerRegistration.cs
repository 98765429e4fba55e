using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;

namespace Pawl.Running;

/// <summary>One job type as it was registered, with its handler where this program has one.</summary>
/// <param name="Build">Makes the type from the settings.</param>
/// <param name="Call">Makes the call of its handler; null where another program runs it.</param>
internal sealed record HandlerRegistration(Func<PawlOptions, JobType> Build, Func<JobType, IServiceScopeFactory, HandlerCall>? Call)
{
    /// <summary>The registration of a handler class.</summary>
    public static HandlerRegistration Of<THandler, TPayload>(JobTypeBuilder<TPayload> builder)
        where THandler : class, IJobHandler<TPayload>
        where TPayload : notnull =>
        new(options => builder.Build(options.Types.Default, options.Retry, options.Json), Caller<THandler, TPayload>);

    /// <summary>The registration of a type that another program runs.</summary>
    public static HandlerRegistration Of<TPayload>(JobTypeBuilder<TPayload> builder)
        where TPayload : notnull =>
        new(options => builder.Build(options.Types.Default, options.Retry, options.Json), null);

    /// <summary>The registration of a type whose work is done by no class of the program's.</summary>
    public static HandlerRegistration Of<TPayload>(JobTypeBuilder<TPayload> builder, HandlerCall call)
        where TPayload : notnull =>
        new(options => builder.Build(options.Types.Default, options.Retry, options.Json), (_, _) => call);

    private static HandlerCall Caller<THandler, TPayload>(JobType type, IServiceScopeFactory scopes)
        where THandler : class, IJobHandler<TPayload>
        where TPayload : notnull
    {
        var json = (JsonTypeInfo<TPayload>)type.Json;
        return async (job, bytes, cancellationToken) =>
        {
            var payload = Read(bytes, json, type.Name);
            await using var scope = scopes.CreateAsyncScope();
            var handler = scope.ServiceProvider.GetRequiredService<THandler>();
            await handler.HandleAsync(payload, job, cancellationToken);
        };
    }

    private static TPayload Read<TPayload>(ReadOnlyMemory<byte> bytes, JsonTypeInfo<TPayload> json, string type)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes.Span, json)
                ?? throw new JobException(
                    ErrorCategory.InvalidInput, $"The payload does not fit the job type '{type}': it is null.", "payload_invalid");
        }
        catch (Exception fault) when (fault is JsonException or NotSupportedException)
        {
            throw new JobException(
                ErrorCategory.InvalidInput,
                $"The payload does not fit the job type '{type}': {fault.Message}",
                "payload_invalid",
                innerException: fault);
        }
    }
}
