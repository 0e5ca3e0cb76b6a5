using Skerry.Raft;

namespace Skerry.Manifest;

/// <summary>A node's part in its group.</summary>
public sealed record ManifestGroupOptions
{
    /// <summary>How it takes part in consensus; names the group and the node.</summary>
    public required RaftOptions Raft { get; init; }

    /// <summary>How it serves.</summary>
    public ManifestOptions Manifest { get; init; } = new();

    /// <summary>What it is to be.</summary>
    public GroupRole Role { get; init; }

    /// <summary>Servers that must be there before a new group is founded; the same on all of them, 1 to 7. Later servers join whatever they say.</summary>
    public int BootstrapExpect { get; init; } = 1;

    /// <summary>How long a new node looks for a group that is there already before it founds one.</summary>
    public TimeSpan Settling { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a server must be there and sound before it gets a vote, while nobody has set <see cref="AutopilotSettings"/>.</summary>
    public TimeSpan Stabilization { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a failed server keeps its place while there are more than <see cref="BootstrapExpect"/>; an observer, always.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Voters at most; more servers observe.</summary>
    public int MaxVoters { get; init; } = 7;

    /// <summary>Whether what is acknowledged is not flushed before, so that a crash of the machine loses it and the group may break: for measurements alone.</summary>
    public bool UnsafeNoFsync { get; init; }

    /// <summary>Where etcd's clients reach this node; empty: nowhere.</summary>
    public string ClientUrl { get; init; } = "";
}
