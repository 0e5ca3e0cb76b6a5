namespace Skerry.Proxy.Instances;

/// <summary>Names an instance in the whole mesh.</summary>
/// <param name="Node">Its node.</param>
/// <param name="Id">Its id there.</param>
internal readonly record struct InstanceKey(string Node, string Id)
{
    public override string ToString() => $"{Id} on {Node}";
}
