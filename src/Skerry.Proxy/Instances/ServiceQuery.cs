namespace Skerry.Proxy.Instances;

/// <summary>What a client asks for.</summary>
/// <param name="Service">The service's name.</param>
/// <param name="Group">A group's name; empty: the own one, else the nearest that has it.</param>
/// <param name="Network">What to speak.</param>
/// <param name="Instance">Only this instance; null: any.</param>
internal sealed record ServiceQuery(string Service, string Group, ServiceNetwork Network, InstanceKey? Instance = null)
{
    public override string ToString() => Group.Length > 0 ? $"{Service}@{Group}" : Service;
}
