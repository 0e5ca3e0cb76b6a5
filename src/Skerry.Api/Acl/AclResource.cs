namespace Skerry.Api.Acl;

/// <summary>What a rule of a policy is about; the names are Consul's.</summary>
internal enum AclResource
{
    /// <summary>Tokens and policies, and snapshots, which hold them. It has no name.</summary>
    Acl,

    /// <summary>What is asked of the agent on a node, by the node's name.</summary>
    Agent,

    /// <summary>User events, by name.</summary>
    Event,

    /// <summary>Keys of the manifest.</summary>
    Key,

    /// <summary>The keys of gossip's encryption. It has no name.</summary>
    Keyring,

    /// <summary>Nodes of the catalog, by name.</summary>
    Node,

    /// <summary>The group and the gateway as a whole. It has no name.</summary>
    Operator,

    /// <summary>Services of the catalog, by name.</summary>
    Service,

    /// <summary>Sessions, by the name of their node.</summary>
    Session,
}
