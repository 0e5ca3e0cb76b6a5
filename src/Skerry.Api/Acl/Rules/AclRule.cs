namespace Skerry.Api.Acl.Rules;

/// <summary>One rule of a policy.</summary>
/// <param name="Resource">What it is about.</param>
/// <param name="Name">A name, or what names begin with; empty for resources that have none.</param>
/// <param name="IsPrefix">Whether it is about every name that begins so.</param>
/// <param name="Level">What it grants.</param>
internal readonly record struct AclRule(AclResource Resource, string Name, bool IsPrefix, AclLevel Level);
