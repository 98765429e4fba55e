namespace Pawl;

/// <summary>A named blob that an attempt left.</summary>
/// <param name="Id">Its number.</param>
/// <param name="JobId">The job.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="Name">Its file name.</param>
/// <param name="MediaType">Its media type.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">The hash of its content, 64 hexadecimal digits.</param>
/// <param name="CreatedAt">When it was stored, UTC.</param>
public sealed record Artifact(
    long Id, JobId JobId, int Attempt, string Name, string MediaType, long Bytes, string Sha256, DateTimeOffset CreatedAt);
