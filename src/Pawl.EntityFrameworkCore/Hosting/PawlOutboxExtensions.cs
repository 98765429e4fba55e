using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Pawl.EntityFrameworkCore;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Hands on the jobs that a DbContext has saved.</summary>
public static class PawlOutboxExtensions
{
    extension(PawlBuilder pawl)
    {
        /// <summary>Hands the jobs in the outbox of a context on to Pawl, each once, soon after the commit that brought them.</summary>
        /// <remarks>The context must be registered, and its model must have the table: <c>modelBuilder.AddPawlOutbox()</c>. Several
        /// processes may do this for one database.</remarks>
        public PawlBuilder AddOutbox<TContext>()
            where TContext : DbContext
        {
            pawl.Services.TryAddSingleton(TimeProvider.System);
            pawl.Services.AddSingleton<OutboxForwarder<TContext>>();
            pawl.Services.AddSingleton<IHostedService>(static all => all.GetRequiredService<OutboxForwarder<TContext>>());
            return pawl;
        }
    }
}
