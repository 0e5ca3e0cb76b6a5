namespace Skerry.Api.Acl;

/// <summary>What everybody may do while ACLs are off.</summary>
internal sealed class AllowAll : IAuthorizer
{
    public static AllowAll Instance { get; } = new();

    public bool HasToken => false;

    public bool Allows(AclResource resource, string name, AclAccess access) => true;

    public bool AllowsTree(AclResource resource, string prefix, AclAccess access) => true;

    public ApiException Refuse(AclResource resource, string name, AclAccess access) => new(403, "Permission denied");
}
