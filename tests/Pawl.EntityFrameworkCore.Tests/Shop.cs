using Microsoft.EntityFrameworkCore;

namespace Pawl.EntityFrameworkCore.Tests;

/// <summary>What a program keeps in its own tables.</summary>
public sealed class Order
{
    public int Id { get; set; }

    public required string Article { get; set; }
}

/// <summary>A context without an outbox.</summary>
public class Shop(DbContextOptions options) : DbContext(options)
{
    public DbSet<Order> Orders => Set<Order>();

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Order>(table =>
    {
        table.ToTable("shop_order");
        table.HasIndex(order => order.Article).IsUnique();
    });
}

/// <summary>A context with one.</summary>
public sealed class ShopWithOutbox(DbContextOptions<ShopWithOutbox> options) : Shop(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        modelBuilder.AddPawlOutbox();
    }
}
