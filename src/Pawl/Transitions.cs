namespace Pawl;

/// <summary>placeholder, replaced in the next commit</summary>
public static class Transitions;
