namespace Skerry.Api.Acl.Rules;

/// <summary>What a rule grants.</summary>
internal enum AclLevel
{
    /// <summary>Nothing; it also takes what a shorter prefix or another policy grants.</summary>
    Deny,

    /// <summary>To read.</summary>
    Read,

    /// <summary>To read, and to list what begins with a prefix; for keys alone.</summary>
    List,

    /// <summary>Everything.</summary>
    Write,
}
