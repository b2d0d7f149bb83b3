namespace Imago.Domain.Images;

/// <summary>What a family is: the operating system and the variant that its name stands for.</summary>
/// <param name="Family">The family as pools and nodes spell it.</param>
/// <param name="Sku">Operating system, with version.</param>
/// <param name="Generation">Generation of virtual machines it is for.</param>
/// <param name="Variants">What it is a variant with.</param>
/// <remarks>Rules: IM-1, IM-21, IM-22.</remarks>
public sealed record ImageFamilyFacts(ImageFamily Family, OsSku Sku, VmGenerations Generation, ImageVariants Variants);
