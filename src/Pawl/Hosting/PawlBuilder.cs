using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pawl;
using Pawl.Running;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Says what Pawl runs and where it keeps it; from <c>AddPawl</c>.</summary>
public sealed class PawlBuilder
{
    internal PawlBuilder(IServiceCollection services) => Services = services;

    /// <summary>The services of the program.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Runs the jobs of a type in this process.</summary>
    /// <typeparam name="THandler">Does the work; made from dependency injection, in a scope of its own for each attempt.</typeparam>
    /// <typeparam name="TPayload">What to do. Its class bears <see cref="JobAttribute"/>, or <paramref name="type"/> gives a
    /// name.</typeparam>
    /// <param name="type">How its jobs run.</param>
    public PawlBuilder AddHandler<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler, TPayload>(
        Action<JobTypeBuilder<TPayload>>? type = null)
        where THandler : class, IJobHandler<TPayload>
        where TPayload : notnull
    {
        Services.TryAddScoped<THandler>();
        return Add(HandlerRegistration.Of<THandler, TPayload>(Configured(type)));
    }

    /// <summary>Makes a type known whose jobs are created here and run by another program.</summary>
    /// <typeparam name="TPayload">What to do. Its class bears <see cref="JobAttribute"/>, or <paramref name="type"/> gives a
    /// name.</typeparam>
    /// <param name="type">How its jobs run.</param>
    public PawlBuilder AddType<TPayload>(Action<JobTypeBuilder<TPayload>>? type = null)
        where TPayload : notnull => Add(HandlerRegistration.Of(Configured(type)));

    private JobTypeBuilder<TPayload> Configured<TPayload>(Action<JobTypeBuilder<TPayload>>? type)
        where TPayload : notnull
    {
        var builder = new JobTypeBuilder<TPayload>();
        type?.Invoke(builder);
        foreach (var register in builder.Services)
        {
            register(Services);
        }

        return builder;
    }

    private PawlBuilder Add(HandlerRegistration registration)
    {
        Services.AddSingleton(registration);
        return this;
    }
}
