namespace Skerry.Agent.Configuration;

/// <summary>What a node is in its group's manifest.</summary>
internal enum ManifestRole
{
    /// <summary>It takes no part.</summary>
    None,

    /// <summary>It votes.</summary>
    Server,

    /// <summary>It has everything and never votes.</summary>
    Observer,
}
