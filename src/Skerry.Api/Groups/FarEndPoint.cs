using System.Net;

namespace Skerry.Api.Groups;

/// <summary>Where calls of other groups come in: streams of the mesh, and no address of this machine.</summary>
internal sealed class FarEndPoint : EndPoint
{
    /// <inheritdoc/>
    public override string ToString() => "mesh";
}
