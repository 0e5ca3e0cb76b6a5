using System.Net;

using Skerry.Proxy.Instances;

namespace Skerry.Proxy.Balancing;

/// <summary>Chooses among instances. One serves one listener, from any thread.</summary>
internal interface IBalancer
{
    /// <summary>One of the instances; there is at least one.</summary>
    /// <param name="instances">Those open to choice, ordered by node and id.</param>
    /// <param name="loads">What each carries now.</param>
    /// <param name="client">Who asks; null: this node itself.</param>
    Candidate Choose(IReadOnlyList<Candidate> instances, InstanceLoads loads, IPAddress? client);
}
