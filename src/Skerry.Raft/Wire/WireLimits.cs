namespace Skerry.Raft.Wire;

/// <summary>The most a message may hold.</summary>
internal static class WireLimits
{
    /// <summary>Bytes of a message: an append of the largest command with room to spare.</summary>
    public const int MaxMessageBytes = 8 << 20;

    /// <summary>Entries of an append: as many empty commands as fit into half a MiB with their overhead, four times.</summary>
    public const int MaxEntries = 65536;

    /// <summary>Members of a configuration.</summary>
    public const int MaxMembers = 1024;

    /// <summary>Characters of a member's name.</summary>
    public const int MaxName = 256;
}
