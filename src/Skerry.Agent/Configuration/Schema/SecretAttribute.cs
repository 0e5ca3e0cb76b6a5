namespace Skerry.Agent.Configuration.Schema;

/// <summary>Marks a key whose value is never printed.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SecretAttribute : Attribute;
