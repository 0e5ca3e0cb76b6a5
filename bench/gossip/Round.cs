namespace Skerry.Bench.Gossip;

/// <summary>What one round of one fleet showed.</summary>
/// <param name="Convergence">From the first join request to every agent knowing every other, seconds.</param>
/// <param name="StartCpu">CPU time an agent has used from its start to the rest: start, joins, and compiling itself meanwhile; seconds.</param>
/// <param name="IdleCpu">CPU time an agent uses in a second at rest, milliseconds.</param>
/// <param name="IdleBytes">Bytes an agent puts on the wire in a second at rest, IP headers included.</param>
/// <param name="IdlePackets">The same in packets.</param>
/// <param name="ResidentMiB">Memory of an agent, MiB.</param>
/// <param name="Detections">From each kill -9 to the last agent holding the victim failed, seconds.</param>
/// <param name="FirstDetections">The same to the first agent.</param>
internal sealed record Round(
    double Convergence,
    double StartCpu,
    double IdleCpu,
    double IdleBytes,
    double IdlePackets,
    double ResidentMiB,
    IReadOnlyList<double> Detections,
    IReadOnlyList<double> FirstDetections);
