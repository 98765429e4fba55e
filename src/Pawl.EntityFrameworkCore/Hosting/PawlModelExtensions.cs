using Pawl.EntityFrameworkCore;

namespace Microsoft.EntityFrameworkCore;

/// <summary>The table that jobs wait in.</summary>
public static class PawlModelExtensions
{
    extension(ModelBuilder model)
    {
        /// <summary>Gives the model the table <c>pawl_outbox</c>, in which jobs wait from <c>SaveChanges</c> until Pawl has stored them.
        /// Call it in <c>OnModelCreating</c>; the next migration makes the table.</summary>
        /// <param name="schema">The schema of the table; null for the model's own.</param>
        public ModelBuilder AddPawlOutbox(string? schema = null) => model.Entity<OutboxJob>(table =>
        {
            table.ToTable("pawl_outbox", schema);
            table.HasKey(job => job.Id);
            table.Property(job => job.Id).HasColumnName("id").ValueGeneratedNever();
            table.Property(job => job.Job).HasColumnName("job");
            table.Property(job => job.Refused).HasColumnName("refused").HasMaxLength(100);
        });
    }
}
