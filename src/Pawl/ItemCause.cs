namespace Pawl;

/// <summary>What has changed since an item's last success, in the order in which causes are named.</summary>
public enum ItemCause
{
    /// <summary>A part of the pipeline's version that the stage reads.</summary>
    Code,

    /// <summary>The item itself.</summary>
    Input,

    /// <summary>The options of the stage.</summary>
    Options,

    /// <summary>The result of an earlier stage.</summary>
    Upstream,
}
