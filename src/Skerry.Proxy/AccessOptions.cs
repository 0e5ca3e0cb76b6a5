using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Skerry.Proxy;

/// <summary>Who may call a service of this node, in the place of who may by default.</summary>
public sealed record AccessOptions
{
    /// <summary>Name of the service.</summary>
    [RegularExpression("[^/@\\s]{1,128}", ErrorMessage = "no blank, no '/' and no '@', at most 128 characters"), Description("Name of the service.")]
    public required string Service { get; init; }

    /// <summary>Groups, and nodes as <c>NODE@GROUP</c>; empty: nobody.</summary>
    [Description("Groups, and nodes as `NODE@GROUP`, that may call it; nobody else may, the own group neither. What is not `exported` is open to no other group all the same.")]
    public required ImmutableArray<string> Callers { get; init; }

    /// <summary>Whether a node of a group may call it.</summary>
    internal bool Allows(string node, string group) => Callers.Any(caller => caller == group || caller == $"{node}@{group}");
}
