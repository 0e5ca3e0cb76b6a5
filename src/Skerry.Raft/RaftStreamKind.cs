namespace Skerry.Raft;

/// <summary>What goes over a stream.</summary>
public enum RaftStreamKind
{
    /// <summary>Everything but snapshots: small and urgent.</summary>
    Messages,

    /// <summary>Snapshots, so that nothing waits behind them.</summary>
    Snapshots,
}
