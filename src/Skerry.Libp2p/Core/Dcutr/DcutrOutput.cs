namespace Skerry.Libp2p.Core.Dcutr;

/// <summary>One thing that a hole punch wants done.</summary>
/// <param name="Kind">What.</param>
/// <param name="Message">What to send.</param>
/// <param name="Addresses">Whom to call.</param>
/// <param name="Outcome">How it ended.</param>
internal readonly record struct DcutrOutput(DcutrOutputKind Kind, DcutrMessage? Message = null, IReadOnlyList<Multiaddr>? Addresses = null, HolePunchOutcome Outcome = default);
