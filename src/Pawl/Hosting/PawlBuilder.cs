using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pawl;
using Pawl.Declared;
using Pawl.Hosting;
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

    /// <summary>Makes the types known that are declared in the section <c>Pawl:Types</c> of a configuration, and runs their jobs in this
    /// process: by a program (<c>"Handler": "command"</c>) or a call (<c>"Handler": "http"</c>).</summary>
    /// <remarks>Who can write that configuration says which programs this process starts; so it is read only where this is said.
    /// <c>Pawl:Types:Default</c> is no type, it holds what counts for all. Secrets of calls are read from <c>Pawl:Secrets</c> of the same
    /// configuration when they are needed.</remarks>
    /// <param name="configuration">The whole configuration, not the section.</param>
    /// <exception cref="PawlException"><c>config_invalid</c>, exit code 8: the message names the setting by its path, and
    /// <c>Data["path"]</c> holds that path, as in <c>Pawl:Types:mail.send:Timeout</c>.</exception>
    public PawlBuilder AddDeclaredTypes(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var secrets = new SecretValues(configuration);
        foreach (var type in DeclaredTypes.Read(configuration.GetSection("Pawl:Types")))
        {
            Services.AddSingleton(type);
            Add(DeclaredTypes.Registration(type, secrets));
        }

        return this;
    }

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
