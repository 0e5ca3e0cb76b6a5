namespace Skerry.Primitives;

/// <summary>Marks a configuration key that takes effect when the file changes, with no restart.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ReloadableAttribute : Attribute;
