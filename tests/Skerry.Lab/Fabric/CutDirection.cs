namespace Skerry.Lab.Fabric;

/// <summary>Which packets a cut drops, as the one who is cut off sees it.</summary>
[Flags]
internal enum CutDirection
{
    /// <summary>What would reach it.</summary>
    In = 1,

    /// <summary>What it sends.</summary>
    Out = 2,

    /// <summary>Both.</summary>
    Both = In | Out,
}
