namespace Skerry.Api.Acl;

/// <summary>What somebody wants to do with a resource.</summary>
internal enum AclAccess
{
    /// <summary>See it.</summary>
    Read,

    /// <summary>See which keys begin with a prefix.</summary>
    List,

    /// <summary>Change it, which includes to see it.</summary>
    Write,
}
