using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Pawl;

/// <summary>The settings of Pawl, from the section <c>Pawl</c> of the configuration and from <c>AddPawl</c>.</summary>
public sealed class PawlOptions
{
    /// <summary>How this process runs jobs.</summary>
    public WorkerOptions Worker { get; set; } = new();

    /// <summary>How often jobs are repeated, where their type says nothing else.</summary>
    public RetryPolicy Retry { get; set; } = new();

    /// <summary>How much of a queue its retries may take from new work.</summary>
    public RetryBudgetOptions RetryBudget { get; set; } = new();

    /// <summary>What holds for job types that say nothing else.</summary>
    public TypesOptions Types { get; set; } = new();

    /// <summary>The sweep behind the leases.</summary>
    public RecoveryOptions Recovery { get; set; } = new();

    /// <summary>When health is checked.</summary>
    public HealthOptions Health { get; set; } = new();

    /// <summary>What advice on the number of workers goes by.</summary>
    public ScalingOptions Scaling { get; set; } = new();

    /// <summary>How long ended jobs are kept.</summary>
    public RetentionOptions Retention { get; set; } = new();

    /// <summary>What happens to the tables at the start.</summary>
    public SchemaOptions Schema { get; set; } = new();

    /// <summary>Whether this process starts work by itself.</summary>
    public SchedulerOptions Scheduler { get; set; } = new();

    /// <summary>What is traced.</summary>
    public TelemetryOptions Telemetry { get; set; } = new();

    /// <summary>How long a request's own key gives the same job. 1 minute to 365 days; default 24 h.</summary>
    public TimeSpan IdempotencyHold { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How payloads, checkpoints and results are written: by default snake_case names, 32 levels, members that a class needs must
    /// be there. Change it in code, before the first job is stored. A trimmed program adds its source-generated contexts to the resolver
    /// chain.</summary>
    public JsonSerializerOptions Json { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        MaxDepth = Bounds.MaxDepth,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        NumberHandling = JsonNumberHandling.Strict,
        TypeInfoResolver = ByReflection(),
    };

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Only where the program lets JSON use reflection.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Only where the program lets JSON use reflection.")]
    private static DefaultJsonTypeInfoResolver? ByReflection() => JsonSerializer.IsReflectionEnabledByDefault ? new() : null;
}
