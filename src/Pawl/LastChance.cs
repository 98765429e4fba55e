namespace Pawl;

/// <summary>Which jobs are held apart: of those whose next loss would end them, a worker runs one at a time.</summary>
/// <remarks>A job that kills its worker takes along what runs beside it; two such jobs at once would end each other. A job that was never
/// lost gives no cause for suspicion, even where the first loss is the last one allowed.</remarks>
internal static class LastChance
{
    /// <summary>Whether a job that was lost so often in this generation is on its last chance.</summary>
    /// <param name="losses">How often it was lost, from 0.</param>
    /// <param name="cap">At how many losses it ends, from 1.</param>
    public static bool Is(int losses, int cap) => losses > 0 && losses >= cap - 1;
}
