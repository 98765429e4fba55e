using Pawl.Client;

namespace Pawl.EntityFrameworkCore;

/// <summary>What stands behind <see cref="IJobs"/>.</summary>
internal static class Engine
{
    public static Jobs Of(IJobs jobs) => jobs as Jobs ?? throw new PawlException(
        "config_invalid",
        $"The outbox needs the IJobs that AddPawl() makes, not a {jobs?.GetType().Name ?? "null"}. Take it from dependency injection.");
}
