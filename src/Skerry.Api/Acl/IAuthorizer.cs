namespace Skerry.Api.Acl;

/// <summary>Says what the one who asks may do.</summary>
internal interface IAuthorizer
{
    /// <summary>Whether it is allowed; what is not is neither counted nor logged.</summary>
    /// <param name="resource">Which kind.</param>
    /// <param name="name">Which one; empty for kinds that have no names.</param>
    /// <param name="access">What is wanted.</param>
    /// <exception cref="ApiException">The token is none.</exception>
    bool Allows(AclResource resource, string name, AclAccess access);

    /// <summary>Whether it is allowed for every name that begins with a prefix, those that are not there too.</summary>
    bool AllowsTree(AclResource resource, string prefix, AclAccess access);

    /// <summary>Refuses what is not allowed: counted, logged, and as a 403 in Consul's words.</summary>
    ApiException Refuse(AclResource resource, string name, AclAccess access);

    /// <summary>Whether a token came with the request: only then an answer says that some of it was left out.</summary>
    bool HasToken { get; }
}
