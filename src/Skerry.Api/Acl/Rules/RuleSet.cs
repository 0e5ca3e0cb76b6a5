namespace Skerry.Api.Acl.Rules;

/// <summary>The rules of all policies of a token, ready to be asked. What no rule is about is denied.</summary>
internal sealed class RuleSet
{
    private readonly NameRules?[] _resources = new NameRules?[Enum.GetValues<AclResource>().Length];

    /// <param name="rules">Of all policies, in any order: it does not matter.</param>
    public RuleSet(IEnumerable<AclRule> rules)
    {
        foreach (var rule in rules) (_resources[(int)rule.Resource] ??= new NameRules()).Add(rule);
    }

    /// <summary>Whether it is allowed.</summary>
    public bool Allows(AclResource resource, string name, AclAccess access) => Grants(_resources[(int)resource]?.Find(name), access);

    /// <summary>Whether it is allowed for every name that begins with a prefix.</summary>
    public bool AllowsTree(AclResource resource, string prefix, AclAccess access) => Grants(_resources[(int)resource]?.FindTree(prefix), access);

    private static bool Grants(AclLevel? level, AclAccess access) => level switch
    {
        AclLevel.Write => true,
        AclLevel.List => access is AclAccess.Read or AclAccess.List,
        AclLevel.Read => access is AclAccess.Read,
        _ => false,
    };
}
