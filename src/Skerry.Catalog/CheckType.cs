namespace Skerry.Catalog;

/// <summary>How a check finds out.</summary>
public enum CheckType
{
    /// <summary>The service reports itself within a time to live.</summary>
    Ttl,

    /// <summary>An HTTP request: 2xx passes, 429 warns, anything else is critical.</summary>
    Http,

    /// <summary>A TCP connection.</summary>
    Tcp,

    /// <summary>The gRPC health protocol.</summary>
    Grpc,

    /// <summary>A program: exit code 0 passes, 1 warns, anything else is critical.</summary>
    Script,

    /// <summary>Set by the agent itself: maintenance mode.</summary>
    Maintenance,

    /// <summary>Membership's word on the node.</summary>
    Membership,

    /// <summary>Of a newer version of another node: what it says is shown, how it finds out is not known here. Nobody can register one.</summary>
    Unknown,
}
